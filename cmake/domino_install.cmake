# `cmake --install`: the library, its headers (each room brings its own) and find_package(domino).
include(CMakePackageConfigHelpers)

set(DOMINO_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/domino")
install(TARGETS domino EXPORT dominoTargets)
install(EXPORT dominoTargets NAMESPACE domino:: DESTINATION "${DOMINO_CMAKE_DIR}")

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/dominoConfig.cmake.in" "${PROJECT_BINARY_DIR}/dominoConfig.cmake"
  INSTALL_DESTINATION "${DOMINO_CMAKE_DIR}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/dominoConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/dominoConfig.cmake"
              "${PROJECT_BINARY_DIR}/dominoConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/domino_deps.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindCudnn.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindFarmHash.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindGomp.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindHdf5.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindHighwayHash.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindLibzip.cmake" DESTINATION "${DOMINO_CMAKE_DIR}")
