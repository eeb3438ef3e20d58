# FarmHash::farmhash: the hashes by which TensorFlow puts strings into buckets.
find_path(FarmHash_INCLUDE_DIR NAMES farmhash.h)
find_library(FarmHash_LIBRARY NAMES farmhash)
mark_as_advanced(FarmHash_INCLUDE_DIR FarmHash_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(FarmHash REQUIRED_VARS FarmHash_LIBRARY FarmHash_INCLUDE_DIR)

if(FarmHash_FOUND AND NOT TARGET FarmHash::farmhash)
  add_library(FarmHash::farmhash UNKNOWN IMPORTED)
  set_target_properties(
    FarmHash::farmhash
    PROPERTIES IMPORTED_LOCATION "${FarmHash_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${FarmHash_INCLUDE_DIR}")
endif()
