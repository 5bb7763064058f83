#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

/// Fills an empty catalogue from the store, and notes which store it was. `progress` as for catch_up().
std::vector<Problem> fill_catalogue(catalogue::Catalogue& catalogue, const archive::Store& store,
                                    const Settings& settings,
                                    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

/// @throws Error{not_found} that says what to do about it
[[nodiscard]] archive::Store open_store_to_read(const Settings& settings);

}  // namespace csb::app
