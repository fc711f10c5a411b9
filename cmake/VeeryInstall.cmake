# cmake --install: the program, and the libraries with their headers and exported targets.
#
# The installed folders may be moved together; LibTorch stays where it was found.
include(GNUInstallDirs)

if(TARGET veery)
  set_target_properties(veery PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};${VeeryTorch_RUNTIME_DIRS}"
    INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS veery RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

get_property(veery_libraries GLOBAL PROPERTY VEERY_MODULES)
list(TRANSFORM veery_libraries PREPEND veery_)
install(TARGETS ${veery_libraries} EXPORT veery-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT veery-targets NAMESPACE veery:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/veery)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/veery DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
