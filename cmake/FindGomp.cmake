# Gomp::gomp: GNU's OpenMP runtime, the one that oneDNN itself links.
#
# Searched by its full name: clang's own folder has a libgomp.so that is another runtime, and two
# in one program fight for the cores.
find_library(Gomp_LIBRARY NAMES libgomp.so.1)
mark_as_advanced(Gomp_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Gomp REQUIRED_VARS Gomp_LIBRARY)

if(Gomp_FOUND AND NOT TARGET Gomp::gomp)
  add_library(Gomp::gomp SHARED IMPORTED)
  set_target_properties(Gomp::gomp PROPERTIES IMPORTED_LOCATION "${Gomp_LIBRARY}"
                                              IMPORTED_SONAME libgomp.so.1)
endif()
