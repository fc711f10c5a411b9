#include "hdf5/calls.hpp"

namespace veery::hdf5::call {

Handle create_dataset(hid_t parent, const std::string& name, const Handle& type, const Handle& space,
                      const Handle& creation, const Handle& access) {
  const hid_t dataset =
      H5Dcreate2(parent, name.c_str(), type.id(), space.id(), H5P_DEFAULT, creation.id(), access.id());
  return Handle{check(dataset, "H5Dcreate", parent, name)};
}

Handle open_dataset(hid_t parent, const std::string& name, const Handle& access) {
  return Handle{check(H5Dopen2(parent, name.c_str(), access.id()), "H5Dopen", parent, name)};
}

Handle dataset_space(hid_t dataset) {
  return Handle{check(H5Dget_space(dataset), "H5Dget_space", dataset)};
}

Handle dataset_type(hid_t dataset) {
  return Handle{check(H5Dget_type(dataset), "H5Dget_type", dataset)};
}

Handle dataset_creation(hid_t dataset) {
  return Handle{check(H5Dget_create_plist(dataset), "H5Dget_create_plist", dataset)};
}

void write(hid_t dataset, const Handle& type, const Handle& memory, const Handle& file, const void* values) {
  const herr_t status = H5Dwrite(dataset, type.id(), memory.id(), file.id(), H5P_DEFAULT, values);
  check(status, "H5Dwrite", dataset);
}

void read(hid_t dataset, const Handle& type, const Handle& memory, const Handle& file, void* values) {
  const herr_t status = H5Dread(dataset, type.id(), memory.id(), file.id(), H5P_DEFAULT, values);
  check(status, "H5Dread", dataset);
}

Handle create_attribute(hid_t object, const std::string& name, const Handle& type, const Handle& space) {
  const hid_t attribute = H5Acreate2(object, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT);
  return Handle{check(attribute, "H5Acreate", object, name)};
}

Handle open_attribute(hid_t object, const std::string& name) {
  return Handle{check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", object, name)};
}

bool attribute_exists(hid_t object, const std::string& name) {
  return check(H5Aexists(object, name.c_str()), "H5Aexists", object, name) > 0;
}

Handle attribute_type(const Handle& attribute) {
  return Handle{check(H5Aget_type(attribute.id()), "H5Aget_type", attribute.id())};
}

Handle attribute_space(const Handle& attribute) {
  return Handle{check(H5Aget_space(attribute.id()), "H5Aget_space", attribute.id())};
}

void write_attribute(const Handle& attribute, const Handle& type, const void* value) {
  check(H5Awrite(attribute.id(), type.id(), value), "H5Awrite", attribute.id());
}

void read_attribute(const Handle& attribute, const Handle& type, void* value) {
  check(H5Aread(attribute.id(), type.id(), value), "H5Aread", attribute.id());
}

void make_scale(hid_t dataset, const std::string& name) {
  check(H5DSset_scale(dataset, name.c_str()), "H5DSset_scale", dataset, name);
}

void attach_scale(hid_t dataset, hid_t scale, unsigned axis) {
  check(H5DSattach_scale(dataset, scale, axis), "H5DSattach_scale", dataset);
}

void set_axis_label(hid_t dataset, unsigned axis, const std::string& label) {
  check(H5DSset_label(dataset, axis, label.c_str()), "H5DSset_label", dataset, label);
}

std::string axis_label(hid_t dataset, unsigned axis) {
  const ssize_t length = check(H5DSget_label(dataset, axis, nullptr, 0), "H5DSget_label", dataset);
  std::string label(static_cast<std::size_t>(length), '\0');
  H5DSget_label(dataset, axis, label.data(), label.size() + 1);
  return label;
}

}  // namespace veery::hdf5::call
