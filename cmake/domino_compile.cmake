# How every target of this project is compiled. Nothing here changes a global flag.

# The warnings; for the library and each program and test.
function(domino_compile_settings target)
  # `Dense(3, {.activation = "relu"})`: the fields left out are the point of an options struct.
  set(warnings -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
  if(DOMINO_WERROR)
    list(APPEND warnings -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # It warns of overlapping copies in plain `"text" + std::string` (GCC bug 105651).
    list(APPEND warnings -Wno-restrict)
  endif()
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>")
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# Sanitizers go to the library and, in this build, to everything that links it.
function(domino_sanitize target)
  if(DOMINO_SANITIZE)
    set(flags -fsanitize=${DOMINO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(${target} PUBLIC $<BUILD_INTERFACE:${flags}>)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:${flags}>)
  endif()
endfunction()

# A static library has hidden symbols. A shared one exports namespace domino and nothing of fmt,
# Boost or JSON that was compiled into it.
function(domino_hide_symbols target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(BUILD_SHARED_LIBS)
    set(map "${PROJECT_SOURCE_DIR}/cmake/exports.map")
    target_link_options(${target} PRIVATE "LINKER:--version-script=${map}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}" VERSION ${PROJECT_VERSION}
                                               SOVERSION ${PROJECT_VERSION_MAJOR})
  else()
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden
                                               VISIBILITY_INLINES_HIDDEN ON)
  endif()
endfunction()

# A macro: the variable has to reach the caller's targets.
macro(domino_use_ccache)
  find_program(DOMINO_CCACHE ccache)
  mark_as_advanced(DOMINO_CCACHE)
  if(DOMINO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${DOMINO_CCACHE}")
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${DOMINO_CCACHE}")
  endif()
endmacro()
