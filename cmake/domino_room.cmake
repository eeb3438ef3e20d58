# domino_room(<room> [INTERNAL <pattern>...])
#
# Makes the room's headers available as "domino/<room>/<file>.h", in the build by a link and in an
# install tree by a copy. Headers that match an INTERNAL pattern (a file or folder name) or end in
# `_internal.h` are not installed.
function(domino_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INTERNAL")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include/domino")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${room}" "${PROJECT_BINARY_DIR}/include/domino/${room}"
       SYMBOLIC)
  if(DOMINO_INSTALL)
    set(excluded PATTERN "*_internal.h" EXCLUDE)
    foreach(pattern IN LISTS arg_INTERNAL)
      list(APPEND excluded PATTERN "${pattern}" EXCLUDE)
    endforeach()
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${room}"
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/domino"
            FILES_MATCHING PATTERN "*.h" ${excluded})
  endif()
endfunction()
