#pragma once
// The settings of the network whose variables a checkpoint holds.
#include <map>
#include <string>

#include <veery/separation/import_checkpoint.hpp>
#include <veery/separation/tf_checkpoint.hpp>

namespace veery::separation {

/// The variables of a network by our names, and what their own names tell.
struct NetworkVariables {
  std::map<std::string, const TfVariable*> by_name;
  std::int64_t passes = 1;
  std::string norm;  ///< TensorFlow's name of the normalisation
};

/// Takes shapes first, then options, then the preset. Throws Error or UsageError.
[[nodiscard]] TdcnConfig infer_config(const NetworkVariables& variables, const ImportOptions& options);

}  // namespace veery::separation
