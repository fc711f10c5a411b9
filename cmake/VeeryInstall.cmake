# cmake --install, in two components: `runtime` (the program, its man page and completions, jobs, configurations, models
# and documents) and `development` (libraries, headers and what find_package(veery) reads).
#
# The installed folders may be moved together; LibTorch stays where it was found.
include(CMakePackageConfigHelpers)
set(veery_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/veery)

# ── runtime ──
set_target_properties(veery PROPERTIES
  INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};${VeeryTorch_RUNTIME_DIRS}"
  INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS veery RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
install(DIRECTORY jobs configs models DESTINATION ${CMAKE_INSTALL_DATADIR}/veery COMPONENT runtime USE_SOURCE_PERMISSIONS)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime PATTERN __pycache__ EXCLUDE)
install(FILES ${VEERY_DESCRIPTIONS}/veery.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES ${VEERY_DESCRIPTIONS}/veery.bash RENAME veery
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
install(FILES ${VEERY_DESCRIPTIONS}/veery.zsh RENAME _veery
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT runtime)
install(FILES ${VEERY_DESCRIPTIONS}/veery.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)

# ── development ──
get_property(veery_libraries GLOBAL PROPERTY VEERY_MODULES)
list(TRANSFORM veery_libraries PREPEND veery_)
install(TARGETS ${veery_libraries} EXPORT veery-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT veery-targets NAMESPACE veery:: DESTINATION ${veery_package_dir} COMPONENT development)
install(DIRECTORY include/veery DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
configure_package_config_file(cmake/veery-config.cmake.in ${CMAKE_BINARY_DIR}/veery-config.cmake
  INSTALL_DESTINATION ${veery_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/veery-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/veery-config.cmake ${CMAKE_BINARY_DIR}/veery-config-version.cmake
  cmake/VeeryLibraries.cmake cmake/FindVeeryTorch.cmake
  DESTINATION ${veery_package_dir} COMPONENT development)
