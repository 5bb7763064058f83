# csb_layer(NAME SOURCES … LAYERS … PRIVATE_LIBS …)
#
# A layer is a static library csb_<NAME>. LAYERS are the csb layers it may include; PRIVATE_LIBS are
# third-party targets, which are never passed on: a header of a layer cannot include them.
function(csb_layer NAME)
  cmake_parse_arguments(L "" "" "SOURCES;LAYERS;PRIVATE_LIBS" ${ARGN})
  add_library(csb_${NAME} STATIC ${L_SOURCES})
  target_link_libraries(csb_${NAME} PUBLIC csb_settings PRIVATE csb_warnings)
  foreach(layer ${L_LAYERS})
    target_link_libraries(csb_${NAME} PUBLIC csb_${layer})
  endforeach()
  foreach(lib ${L_PRIVATE_LIBS})
    target_link_libraries(csb_${NAME} PRIVATE ${lib})
  endforeach()
endfunction()
