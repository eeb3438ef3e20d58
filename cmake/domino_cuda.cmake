# The CUDA toolkit, for DOMINO_CUDA: nvcc with the compiler of the rest; for DOMINO_CUDNN also cuDNN. A target takes the architectures when it is
# made, so this comes first.

# Those of a release. What is compiled for an architecture runs on later ones of the same major number, so 103 and
# 121 have none of their own. 75 and 120 are there as PTX too, which drivers translate for all others: 110 and what
# is newer than 120.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 75 80-real 86-real 89-real 90-real 100-real 120)
endif()
if(NOT DEFINED CMAKE_CUDA_HOST_COMPILER)
  set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
endif()
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)
if(DOMINO_CUDNN)
  find_package(Cudnn 9 REQUIRED)
endif()
