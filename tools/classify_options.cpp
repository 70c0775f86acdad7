#include "tools/classify_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

#include "tools/classifier.hpp"
#include "tools/exit_code.hpp"
#include "tools/option_types.hpp"

namespace croquis::tools {

CLI::App* add_classify_command(CLI::App& app, ClassifyOptions& options) {
  CLI::App* classify = app.add_subcommand(
      "classify", "Fit a classifier, linear or of a kernel, choose its ridge by cross-validation, and predict");
  classify->footer(
      std::string("The classifier is fitted to A and its labels, unless --model gives one: then A is only\n"
                  "predicted, and scored if it has labels.\n\n") +
      file_help + exit_code_help);

  add_matrix_option(*classify, options);
  add_right_hand_side_options(*classify, options, "The labels, one column of numbers");
  std::vector<std::string> kernels{"linear"};
  for (const KernelFunction kernel : kernel_functions) kernels.push_back(to_string(kernel));
  add_choice(*classify, "--kernel", options.kernel,
             "A linear function of the columns, or a sum of a kernel's k(x, c) over rows c of A that are\n"
             "drawn at random, smooth ones (gaussian) to rough ones (laplacian), for columns in like units",
             kernels);
  add_real(*classify, "--bandwidth", options.bandwidth, "h of the kernel (the median distance of rows)");
  classify->add_option("--centres", options.centres, "Number of rows c (5 sqrt(rows))")
      ->type_name("COUNT")
      ->check(whole_number<std::int64_t>(std::numeric_limits<std::int64_t>::max(), 1));
  add_choice(*classify, "--loss", options.loss, "automatic: logistic for two labels, softmax for more",
             {"automatic", "logistic", "softmax", "smoothed-hinge"});
  classify->add_flag("--no-intercept{false}", options.intercept, "Fit without a constant term");
  add_real(*classify, "--ridge", options.ridge,
           "mu of the penalty mu / 2 ||w||^2, or of a kernel's norm, beside the mean loss (1 / rows)");
  add_reals(*classify, "--ridges", options.ridges,
            "Candidates for mu, between commas: the best by cross-validation is taken\n"
            "(with --folds: 1e-8, 1e-7, ..., 1)");
  classify->add_option("--folds", options.folds, "Folds of the cross-validation (with --ridges: 5)")
      ->type_name("COUNT")
      ->check(whole_number<std::int64_t>());
  classify->add_option("--test", options.test, "Score the classifier on this file too, of the same form as A")
      ->type_name("FILE");
  classify->add_option("--model", options.model, "Take the classifier of this file, written by --save-model")
      ->type_name("FILE");
  classify->add_option("--save-model", options.save_model, "Write the classifier here, as JSON")->type_name("FILE");
  classify
      ->add_option("--predictions", options.predictions,
                   "Write the predicted label and the probabilities of each row here, as csv: of the\n"
                   "test file if there is one, else of A")
      ->type_name("FILE");
  classify
      ->add_option("-o,--output", options.output,
                   "Write the table of coefficients here, as csv; of a kernel one for each row c")
      ->type_name("FILE");
  add_real(*classify, "--tolerance", options.tolerance, "Of the gradient, relative to that at zero (1e-8)");
  classify->add_option("--iteration-limit", options.iteration_limit, "At most so many Newton steps (200)")
      ->type_name("COUNT")
      ->check(whole_number<std::int64_t>());
  add_seed_option(*classify, options.seed,
                  "Seed of the folds, of the rows c and of the sketches; same seed, same bits (0)");
  add_threads_option(*classify, options.threads);

  // Of fitting, where there is nothing to fit.
  CLI::Option* const model = classify->get_option("--model");
  for (const char* const name :
       {"--kernel", "--bandwidth", "--centres", "--loss", "--no-intercept", "--ridge", "--ridges", "--folds", "--test",
        "--save-model", "--tolerance", "--iteration-limit", "--seed"})
    classify->get_option(name)->excludes(model);

  add_report_options(*classify, options);
  return classify;
}

}  // namespace croquis::tools
