set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# ccache writes an include folder that is not there yet in another way, and so would not find what it has.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
# One interface target carries every flag, so that all targets share one precompiled header.
add_library(wdx_flags INTERFACE)
target_include_directories(wdx_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(wdx_flags INTERFACE
  WDX_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED
  # Their functions that are no templates are compiled once, in wdx_asio: a third less work for a file that uses them.
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_FMT_EXTERNAL $<$<NOT:$<BOOL:${WDX_PORTABLE}>>:SPDLOG_COMPILED_LIB>
  $<$<BOOL:${WDX_PORTABLE}>:WDX_PORTABLE>)
# For clang see tests/unit: what it thinks of the rest, clang-tidy says.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(wdx_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Werror
    # Optimised, g++ 12 sees impossible paths in its own std::string (GCC bugs 105329, 105651, 105562), and where it
    # inlines one of the two operators that a coroutine's frame has, it takes the other for a mismatch; the preset `dev`
    # would tell a real one.
    $<$<NOT:$<CONFIG:Debug>>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-maybe-uninitialized;-Wno-mismatched-new-delete>)
endif()
target_compile_options(wdx_flags INTERFACE
  -fno-omit-frame-pointer -fstack-protector-strong -fvisibility=hidden)
target_compile_definitions(wdx_flags INTERFACE
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2> $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(WDX_PORTABLE)
  target_compile_options(wdx_flags INTERFACE -stdlib=libc++)
  # Debian's prometheus-cpp is made for libstdc++: what writes the metrics is left undefined, and tests of it are not run.
  target_link_options(wdx_flags INTERFACE -stdlib=libc++ -Wl,--unresolved-symbols=ignore-in-object-files)
endif()
# What nothing calls is left out, so that it is not mapped either.
target_compile_options(wdx_flags INTERFACE $<$<CONFIG:Release>:-ffunction-sections;-fdata-sections>)
target_link_options(wdx_flags INTERFACE $<$<AND:$<PLATFORM_ID:Linux>,$<CONFIG:Release>>:-Wl,--gc-sections>)
target_link_options(wdx_flags INTERFACE $<$<PLATFORM_ID:Linux>:-Wl,-z,relro,-z,now>
  $<$<CONFIG:Release>:-static-libstdc++;-static-libgcc>)  # a megabyte less to map, and no version to match

if(WDX_SANITIZE)
  target_compile_options(wdx_flags INTERFACE -fsanitize=${WDX_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(wdx_flags INTERFACE -fsanitize=${WDX_SANITIZE})
  if(WDX_SANITIZE MATCHES "thread")
    # GCC warns that TSan does not model atomic_thread_fence, which Boost.Asio uses.
    target_compile_options(wdx_flags INTERFACE -Wno-tsan)
  endif()
endif()

if(WDX_FUZZ)
  # libFuzzer's instrumentation; its main() comes with the targets (tests/fuzz/CMakeLists.txt).
  # Not `function`: clang 14 cannot put its data before a coroutine ("Cannot represent a difference across sections").
  target_compile_options(wdx_flags INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()

# No path of this machine goes into an object, so that ccache can serve a clone that stands elsewhere.
target_compile_options(wdx_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # CCACHE_BASEDIR and CCACHE_NOHASHDIR let a clone in another folder use what was compiled in this one.  The sloppiness
  # and -fpch-preprocess are what ccache needs to serve precompiled headers.  Source: ccache manual.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    /usr/bin/env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(wdx_flags INTERFACE -fpch-preprocess)
  else()
    target_compile_options(wdx_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
    # CMake would also name the header by its whole path, for cc1, where ccache does not make it relative.
    set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
  endif()
endif()
