# HighwayHash::highwayhash: for its SipHash, the salted hash of TensorFlow.
find_path(HighwayHash_INCLUDE_DIR NAMES highwayhash/sip_hash.h)
find_library(HighwayHash_LIBRARY NAMES highwayhash)
mark_as_advanced(HighwayHash_INCLUDE_DIR HighwayHash_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(HighwayHash REQUIRED_VARS HighwayHash_LIBRARY HighwayHash_INCLUDE_DIR)

if(HighwayHash_FOUND AND NOT TARGET HighwayHash::highwayhash)
  add_library(HighwayHash::highwayhash UNKNOWN IMPORTED)
  set_target_properties(
    HighwayHash::highwayhash
    PROPERTIES IMPORTED_LOCATION "${HighwayHash_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${HighwayHash_INCLUDE_DIR}")
endif()
