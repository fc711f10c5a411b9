// TensorFlow reads what EventFile writes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <veery/base/staged_file.hpp>
#include <veery/training/event_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

constexpr const char* kReader = R"(
import sys
import tensorflow as tf

for event in tf.compat.v1.train.summary_iterator(sys.argv[1]):
    for value in event.summary.value:
        kind = value.WhichOneof("value")
        content = {"simple_value": lambda: value.simple_value,
                   "audio": lambda: (value.audio.sample_rate, value.audio.length_frames, value.audio.content_type,
                                     len(value.audio.encoded_audio_string)),
                   "image": lambda: (value.image.width, value.image.height, value.image.colorspace,
                                     len(value.image.encoded_image_string))}[kind]()
        print(event.wall_time, event.step, value.tag, kind, content)
)";

TEST(EventFile, IsReadByTensorFlow) {
  const char* python = std::getenv("VEERY_TFDS_PYTHON");
  ASSERT_NE(python, nullptr) << "ctest sets it";
  const TemporaryFolder folder;
  EventFile file{folder.path(), 1.5, "node1"};
  file.add_scalar(2.5, 3, "validation/loss", -0.25F);
  file.add_sound(3.5, 1'000'000, "stems/0", std::string(1000, 'w'), 22'050, 478);
  file.add_picture(4.5, 7, "stems/0", std::string(300, 'p'), 640, 480);
  publish_text(folder / "read.py", kReader);

  const std::string command = std::string{python} + " " + (folder / "read.py").string() + " " + file.path().string() +
                              " > " + (folder / "said").string() + " 2> /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)

  EXPECT_EQ(read_text(folder / "said"),
            "2.5 3 validation/loss simple_value -0.25\n"
            "3.5 1000000 stems/0 audio (22050.0, 478, 'audio/wav', 1000)\n"
            "4.5 7 stems/0 image (640, 480, 3, 300)\n");
}

}  // namespace
}  // namespace veery::test
