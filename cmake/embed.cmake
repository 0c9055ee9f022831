# wdx_embed(<target> <namespace> <files...>): compiles files into the target as
#   namespace wdx::embedded::<namespace> { extern const std::array<EmbeddedFile, N> kFiles; }
# reachable through the generated header "embedded/<namespace>.hpp".
function(wdx_embed target ns)
  set(out ${PROJECT_BINARY_DIR}/generated/embedded/${ns})
  set(files ${ARGN})
  add_custom_command(
    OUTPUT ${out}.cpp ${out}.hpp
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNS=${ns} "-DFILES=${files}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out}.cpp ${out}.hpp)
  set_source_files_properties(${out}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# wdx_embed_folder(<target> <namespace> <folder> <stamp>): the same with whatever is in the folder when `stamp` has been
# made, for files whose names are not known before.
function(wdx_embed_folder target ns folder stamp)
  set(out ${PROJECT_BINARY_DIR}/generated/embedded/${ns})
  add_custom_command(
    OUTPUT ${out}.cpp ${out}.hpp
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNS=${ns} -DFOLDER=${folder} -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${stamp} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out}.cpp ${out}.hpp)
  set_source_files_properties(${out}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
