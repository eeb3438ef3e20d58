# Hdf5::hdf5: the C library of HDF5, without MPI.
#
# CMake's own FindHDF5 needs the C language, which a C++ project need not have switched on.
find_path(Hdf5_INCLUDE_DIR NAMES hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(Hdf5_LIBRARY NAMES hdf5_serial hdf5)
mark_as_advanced(Hdf5_INCLUDE_DIR Hdf5_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hdf5 REQUIRED_VARS Hdf5_LIBRARY Hdf5_INCLUDE_DIR)

if(Hdf5_FOUND AND NOT TARGET Hdf5::hdf5)
  add_library(Hdf5::hdf5 UNKNOWN IMPORTED)
  set_target_properties(Hdf5::hdf5 PROPERTIES IMPORTED_LOCATION "${Hdf5_LIBRARY}"
                                              INTERFACE_INCLUDE_DIRECTORIES "${Hdf5_INCLUDE_DIR}")
endif()
