// How fast this machine is.
#pragma once

namespace croquis {

/// Seconds of a flop of `add_panel_products` in double, the kernel behind the Gram matrix, on as many threads as there
/// are now: the unit of the cost model. The speed of a thread is measured once in a process, in a fraction of a
/// millisecond, by the best of a few small products; no choice rests on it, so none changes from run to run.
double seconds_per_flop();

}  // namespace croquis
