#include "platform/trust_store.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "platform/linux/nss_store.h"
#include "platform/linux/root_bundles.h"
#include "platform/linux/system_store.h"

namespace sluice::platform {
namespace {

constexpr const char* kSystem = "system";

std::string systemBundle() {
  for (const char* path : kRootBundles) {
    if (std::ifstream file(path, std::ios::binary); file) return std::string(std::istreambuf_iterator<char>(file), {});
  }
  return {};
}

TrustPlace systemPlace(const TrustedAuthority& authority) {
  TrustPlace place;
  place.kind = TrustPlace::Kind::System;
  place.id = kSystem;
  if (bundleHas(systemBundle(), authority.pem)) place.state = TrustPlace::State::Trusted;
  if (const auto store = SystemStore::find(); !store) {
    place.canChange = false;
    place.detail = store.error().detail;
  }
  return place;
}

// Only where trustPlaces() would have found one: this is not a way of writing anywhere.
Result<void> isDatabase(const std::string& id, const TrustedAuthority& authority) {
  const auto all = nssPlaces(authority);
  if (std::any_of(all.begin(), all.end(), [&](const TrustPlace& place) { return place.id == id; })) return {};
  return fail(Side::Local, Code::NotFound, id + ": there is no store of certificates there");
}

}  // namespace

std::vector<TrustPlace> trustPlaces(const TrustedAuthority& authority) {
  std::vector<TrustPlace> places{systemPlace(authority)};
  const auto browsers = nssPlaces(authority);
  places.insert(places.end(), browsers.begin(), browsers.end());
  return places;
}

Result<void> trustAt(const std::string& id, const TrustedAuthority& authority) {
  if (id == kSystem) {
    const auto store = SystemStore::find();
    return store ? store->trust(authority) : fail(store.error());
  }
  if (auto known = isDatabase(id, authority); !known) return known;
  return trustInNss(id, authority);
}

Result<void> distrustAt(const std::string& id, const TrustedAuthority& authority) {
  if (id == kSystem) {
    const auto store = SystemStore::find();
    return store ? store->distrust(authority) : fail(store.error());
  }
  if (auto known = isDatabase(id, authority); !known) return known;
  return distrustInNss(id, authority);
}

std::vector<std::string> trustCommands(const TrustedAuthority& authority) {
  const auto store = SystemStore::find();
  if (!store) return {};
  std::string command = "sudo";
  for (const auto& word : store->command) command += ' ' + word;
  return {"sudo cp \"" + authority.file.string() + "\" \"" + store->fileOf(authority).string() + '"', command};
}

}  // namespace sluice::platform
