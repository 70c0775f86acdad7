// Everything croquis offers.
#pragma once

#include <croquis/errors.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/matrix_view.hpp>
#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/sparse.hpp>
#include <croquis/linalg/transforms.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/any_sketch.hpp>
#include <croquis/sketch/apply.hpp>
#include <croquis/sketch/distortion.hpp>
#include <croquis/sketch/gaussian.hpp>
#include <croquis/sketch/hashed_rht.hpp>
#include <croquis/sketch/rademacher.hpp>
#include <croquis/sketch/row_sampling.hpp>
#include <croquis/sketch/sketch_operator.hpp>
#include <croquis/sketch/sparse_sign.hpp>
#include <croquis/sketch/srht.hpp>
#include <croquis/sketch/srtt.hpp>
#include <croquis/sketch/uniform.hpp>
#include <croquis/solvers/backward_error.hpp>
#include <croquis/solvers/least_squares.hpp>
#include <croquis/solvers/status.hpp>
#include <croquis/version.hpp>
