#include <algorithm>

#include <veery/base/error.hpp>
#include <veery/hdf5/object.hpp>

#include "hdf5/calls.hpp"

namespace veery::hdf5 {
namespace {

Handle text_type(std::size_t bytes) {
  Handle type = call::copy_type(H5T_C_S1);
  call::make_text(type, std::max<std::size_t>(bytes, 1));
  return type;
}

void write_scalar(hid_t object, const std::string& name, const Handle& type, const void* value) {
  const Handle attribute = call::create_attribute(object, name, type, call::scalar_space());
  call::write_attribute(attribute, type, value);
}

void read_scalar(hid_t object, const std::string& name, const Handle& type, void* value) {
  const Handle attribute = call::open_attribute(object, name);
  if (call::element_count(call::attribute_space(attribute)) != 1) {
    throw Error{"an HDF5 attribute holds a list where one value belongs", name};
  }
  call::read_attribute(attribute, type, value);
}

}  // namespace

void Object::set_text(const std::string& name, const std::string& value) {
  write_scalar(id(), name, text_type(value.size()), value.c_str());
}

void Object::set_integer(const std::string& name, std::int64_t value) {
  write_scalar(id(), name, call::copy_type(H5T_STD_I64LE), &value);
}

void Object::set_number(const std::string& name, double value) {
  write_scalar(id(), name, call::copy_type(H5T_IEEE_F64LE), &value);
}

void Object::set_texts(const std::string& name, const std::vector<std::string>& values) {
  std::size_t longest = 1;
  for (const std::string& value : values) longest = std::max(longest, value.size());
  std::string padded;
  for (const std::string& value : values) padded.append(value).append(longest - value.size(), '\0');
  const Handle type = text_type(longest);
  const Handle attribute = call::create_attribute(id(), name, type, call::simple_space({values.size()}));
  if (!values.empty()) call::write_attribute(attribute, type, padded.data());
}

bool Object::has_attribute(const std::string& name) const {
  return call::attribute_exists(id(), name);
}

std::string Object::text(const std::string& name) const {
  const std::vector<std::string> values = texts(name);
  if (values.size() != 1) throw Error{"an HDF5 attribute holds a list where one text belongs", name};
  return values.front();
}

std::int64_t Object::integer(const std::string& name) const {
  std::int64_t value = 0;
  read_scalar(id(), name, call::copy_type(H5T_STD_I64LE), &value);
  return value;
}

double Object::number(const std::string& name) const {
  double value = 0.0;
  read_scalar(id(), name, call::copy_type(H5T_IEEE_F64LE), &value);
  return value;
}

std::vector<std::string> Object::texts(const std::string& name) const {
  const Handle attribute = call::open_attribute(id(), name);
  const Handle type = call::attribute_type(attribute);
  if (!call::is_fixed_text(type)) {
    throw Error{"an HDF5 attribute holds no text of fixed length", call::object_name(id()) + ": " + name};
  }
  const std::size_t bytes = call::type_bytes(type);
  std::string padded(call::element_count(call::attribute_space(attribute)) * bytes, '\0');
  if (!padded.empty()) call::read_attribute(attribute, type, padded.data());
  std::vector<std::string> values;
  for (std::size_t at = 0; at < padded.size(); at += bytes) {
    const std::string value = padded.substr(at, bytes);
    values.push_back(value.substr(0, value.find('\0')));
  }
  return values;
}

}  // namespace veery::hdf5
