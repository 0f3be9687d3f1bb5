// Lambdas as one visitor for std::visit. Any thread.
#pragma once

namespace sluice::cli {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace sluice::cli
