# wdx_precompiled_header(<target> <source> <header>): a library for others to REUSE_FROM, with the sum beside its precompiled
# header that lets ccache not read that, 100 MB and more, for every file (`pch_external_checksum` in its manual).  The sum is
# of what the header says, preprocessed with its macros: that of the file would differ in every folder, whose name clang
# writes into it.
function(wdx_precompiled_header target source header)
  add_library(${target} STATIC ${source})
  target_precompile_headers(${target} PUBLIC ${header})
  if(NOT CCACHE_PROGRAM)
    return()
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir)
  set(text cmake_pch.hxx.txt)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
  set(definitions $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  set(folders $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  set(options $<FILTER:$<TARGET_PROPERTY:${target},COMPILE_OPTIONS>,EXCLUDE,^SHELL:>)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} ${options} -w
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" "$<$<BOOL:${folders}>:-I$<JOIN:${folders},;-I>>"
            -std=c++${CMAKE_CXX_STANDARD} -x c++ -E -dD -P ${CMAKE_CURRENT_SOURCE_DIR}/${header} -o ${folder}/${text}
    COMMAND ${CMAKE_COMMAND} -E chdir ${folder} ${CMAKE_COMMAND} -E md5sum ${text}
            > ${folder}/cmake_pch.hxx.$<IF:$<CXX_COMPILER_ID:GNU>,gch,pch>.sum
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()
