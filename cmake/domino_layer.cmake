# domino_layer(<family>/<name> <Class>...)
#
# The one line that adds a layer. It compiles layers/<family>/<name>.cpp, puts the header into
# "domino/layers.h", gives every class a row in the registry, and adds the layer's test, without
# which configuring fails.
function(domino_layer path)
  if(NOT ARGN)
    message(FATAL_ERROR "domino_layer(${path}): name the class or classes, as in\n"
                        "  domino_layer(pooling/global_average_pooling1d GlobalAveragePooling1D)")
  endif()
  target_sources(domino PRIVATE "${PROJECT_SOURCE_DIR}/layers/${path}.cpp")
  set_property(GLOBAL APPEND PROPERTY DOMINO_LAYER_PATHS "${path}")
  set_property(GLOBAL APPEND PROPERTY DOMINO_LAYER_CLASSES ${ARGN})
  if(DOMINO_TESTS)
    set(test "${PROJECT_SOURCE_DIR}/tests/layers/${path}_test.cpp")
    if(NOT EXISTS "${test}")
      message(FATAL_ERROR "layers/${path}.cpp has no test; write tests/layers/${path}_test.cpp")
    endif()
    set_property(GLOBAL APPEND PROPERTY DOMINO_LAYER_TESTS "${test}")
  endif()
endfunction()

# Writes "domino/layers.h" and the registry; called once, after the last domino_layer().
function(domino_write_layer_lists)
  get_property(paths GLOBAL PROPERTY DOMINO_LAYER_PATHS)
  get_property(classes GLOBAL PROPERTY DOMINO_LAYER_CLASSES)
  set(note "// Written by CMake from the domino_layer() lines of layers/CMakeLists.txt.\n")

  list(TRANSFORM paths REPLACE "(.+)" "#include \"domino/layers/\\1.h\"\n" OUTPUT_VARIABLE includes)
  # The graph knows inputs, so that this header has no domino_layer() line.
  list(APPEND includes "#include \"domino/layers/core/input_layer.h\"\n")
  list(SORT includes)
  list(JOIN includes "" includes)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/include/domino/layers.h"
       CONTENT "${note}#pragma once\n\n${includes}" @ONLY)
  if(DOMINO_INSTALL)
    install(FILES "${PROJECT_BINARY_DIR}/include/domino/layers.h"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/domino")
  endif()

  if(paths)
    list(TRANSFORM classes REPLACE "(.+)" "      register_row<layers::\\1>(),\n" OUTPUT_VARIABLE rows)
    list(JOIN rows "" rows)
    list(TRANSFORM classes REPLACE "(.+)" "      typeid(\\1),\n" OUTPUT_VARIABLE types)
    list(JOIN types "" types)
    set(registry "${PROJECT_BINARY_DIR}/generated/layer_registry.cpp")
    file(CONFIGURE OUTPUT "${registry}" CONTENT "${note}#include <set>
#include <typeindex>
#include <vector>

#include \"domino/graph/registry.h\"
#include \"domino/layers.h\"
#include \"domino/layers/builtin.h\"

namespace domino {

const std::vector<LayerRegistration>& builtin_layers() {
  static const std::vector<LayerRegistration> rows = {
${rows}  };
  return rows;
}

bool layers::is_builtin(const Layer& layer) {
  static const std::set<std::type_index> types = {
${types}  };
  return types.contains(typeid(layer));
}

}  // namespace domino
" @ONLY)
    target_sources(domino PRIVATE "${registry}")
  endif()
endfunction()
