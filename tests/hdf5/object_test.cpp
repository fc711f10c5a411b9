#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/hdf5/object.hpp>

#include "support/temporary_folder.hpp"

namespace veery::hdf5 {

using test::TemporaryFolder;

namespace {

TEST(Object, KeepsAttributesOfEveryType) {
  const TemporaryFolder folder;
  const std::string long_text(100'000, 'x');
  {
    File file = File::create(folder / "a.h5");
    Group& root = file.root();
    root.set_text("text", "Zaunkönig 鳥");
    root.set_text("empty", "");
    root.set_text("long", long_text);
    root.set_integer("integer", -5'000'000'000);
    root.set_number("number", 0.1);
    root.set_texts("texts", {"a", "", "ö"});
    root.set_texts("no texts", {});
    file.close();
  }
  const File file = File::open(folder / "a.h5");
  const Group& root = file.root();
  EXPECT_EQ(root.text("text"), "Zaunkönig 鳥");
  EXPECT_EQ(root.text("empty"), "");
  EXPECT_EQ(root.text("long"), long_text);
  EXPECT_EQ(root.integer("integer"), -5'000'000'000);
  EXPECT_EQ(root.number("number"), 0.1);
  EXPECT_EQ(root.texts("texts"), (std::vector<std::string>{"a", "", "ö"}));
  EXPECT_TRUE(root.texts("no texts").empty());
  EXPECT_TRUE(root.has_attribute("text"));
  EXPECT_FALSE(root.has_attribute("missing"));
}

TEST(Object, RefusesMissingRepeatedAndMistypedAttributes) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  Group& root = file.root();
  root.set_text("text", "a");
  root.set_texts("texts", {"a", "b"});
  root.set_integer("integer", 1);
  EXPECT_THROW(root.set_text("text", "again"), Error);
  EXPECT_THROW((void)root.text("missing"), Error);
  EXPECT_THROW((void)root.text("texts"), Error);
  EXPECT_THROW((void)root.text("integer"), Error);
  EXPECT_THROW((void)root.integer("text"), Error);
}

TEST(Object, AnErrorNamesTheFileTheAttributeAndHdf5sReason) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "named.h5");
  try {
    (void)file.root().text("missing");
    FAIL() << "no Error";
  } catch (const Error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("named.h5"), std::string::npos) << what;
    EXPECT_NE(what.find("missing"), std::string::npos) << what;
    EXPECT_NE(what.find("H5Aopen"), std::string::npos) << what;
    EXPECT_NE(what.find("can't locate attribute"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace veery::hdf5
