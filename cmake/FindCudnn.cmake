# Cudnn::cudnn: cuDNN 9, where the CUDA toolkit lies or elsewhere.
find_path(Cudnn_INCLUDE_DIR NAMES cudnn_version.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(Cudnn_LIBRARY NAMES cudnn libcudnn.so.9 HINTS ${CUDAToolkit_LIBRARY_DIR})
mark_as_advanced(Cudnn_INCLUDE_DIR Cudnn_LIBRARY)

if(Cudnn_INCLUDE_DIR)
  file(STRINGS "${Cudnn_INCLUDE_DIR}/cudnn_version.h" _lines REGEX "^#define CUDNN_(MAJOR|MINOR) ")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" Cudnn_VERSION "${_lines}")
  unset(_lines)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Cudnn REQUIRED_VARS Cudnn_LIBRARY Cudnn_INCLUDE_DIR VERSION_VAR Cudnn_VERSION)

if(Cudnn_FOUND AND NOT TARGET Cudnn::cudnn)
  add_library(Cudnn::cudnn UNKNOWN IMPORTED)
  set_target_properties(Cudnn::cudnn PROPERTIES IMPORTED_LOCATION "${Cudnn_LIBRARY}"
                                                INTERFACE_INCLUDE_DIRECTORIES "${Cudnn_INCLUDE_DIR}")
endif()
