// The nonlinear least-squares problems that solvers are tried on: CUTEst's, with exact Jacobians.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis::test {

struct NonlinearTestProblem {
  std::string name = {};
  NonlinearProblem problem = {};  ///< with `residual` and `jacobian`
  std::vector<double> x0 = {};
  double f0 = 0;            ///< 1/2 ||r(x0)||^2 at the standard size
  double f0_tolerance = 0;  ///< half a unit of the last digit that is known of it
  double minimum = 0;       ///< of 1/2 ||r||^2 at the standard size, 0 for problems with a root
};

/// Boundary value problems and integral equations: BRATU2D, BRATU3D, CBRATU2D (`points` a side), CHANDHEQ, INTEGREQ,
/// MOREBV, LUKSAN21.
NonlinearTestProblem bratu2d(std::int64_t points = 10);
NonlinearTestProblem bratu3d(std::int64_t points = 5);
NonlinearTestProblem cbratu2d(std::int64_t points = 7);
NonlinearTestProblem chandheq(std::int64_t n = 100);
NonlinearTestProblem integreq(std::int64_t n = 100);
NonlinearTestProblem morebv(std::int64_t n = 100);
NonlinearTestProblem luksan21(std::int64_t n = 100);

/// Chains, each residual of a few neighbours.
NonlinearTestProblem artif(std::int64_t n = 100);
NonlinearTestProblem broydn3d(std::int64_t n = 100);
NonlinearTestProblem oscigrne(std::int64_t n = 100);
NonlinearTestProblem oscipane(std::int64_t n = 100);
NonlinearTestProblem freurone(std::int64_t n = 100);
NonlinearTestProblem luksan11(std::int64_t n = 100);
NonlinearTestProblem powellsg(std::int64_t n = 100);
NonlinearTestProblem arwhdne(std::int64_t n = 100);

/// Residuals of all unknowns.
NonlinearTestProblem argtrig(std::int64_t n = 100);
NonlinearTestProblem vardimne(std::int64_t n = 100);
NonlinearTestProblem penlt1ne(std::int64_t n = 100);
NonlinearTestProblem penlt2ne(std::int64_t n = 100);
NonlinearTestProblem arglale(std::int64_t n = 100, std::int64_t m = 400);
NonlinearTestProblem arglble(std::int64_t n = 100, std::int64_t m = 400);
NonlinearTestProblem brownal(std::int64_t n = 100);

/// Unknown matrices of the given order.
NonlinearTestProblem msqrta(std::int64_t order = 10);
NonlinearTestProblem eigena(std::int64_t order = 10);
NonlinearTestProblem eigenb(std::int64_t order = 10);
NonlinearTestProblem yatp1cne(std::int64_t order = 10);

/// All of them at their standard size, some 100 unknowns.
std::vector<NonlinearTestProblem> nonlinear_test_problems();

}  // namespace croquis::test
