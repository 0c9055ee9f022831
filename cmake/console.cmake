# What the program shows in a browser: files of ours and of npm packages, compiled in.  npm runs only when the lock file
# has changed.  The packages' own scripts are not run.
set(console ${PROJECT_SOURCE_DIR}/console)
set(console_packages ${console}/node_modules/.package-lock.json)
set(swagger ${console}/node_modules/swagger-ui-dist)
set(console_package_files ${swagger}/swagger-ui-bundle.js ${swagger}/swagger-ui-bundle.js.LICENSE.txt ${swagger}/swagger-ui.css
    ${swagger}/favicon-32x32.png)

find_program(NPM npm)
if(NOT NPM)
  message(FATAL_ERROR "npm is missing: scripts/setup installs it; the preset no-console builds without it")
endif()
add_custom_command(
  OUTPUT ${console_packages} ${console_package_files}
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${console_packages} ${console_package_files}
  WORKING_DIRECTORY ${console}
  DEPENDS ${console}/package-lock.json
  COMMENT "Installing the packages of console/"
  VERBATIM)

file(GLOB console_files CONFIGURE_DEPENDS ${console}/docs/*)
wdx_embed(wdx_api_pages console ${console_files} ${console_package_files})
target_compile_definitions(wdx_api_pages PRIVATE WDX_CONSOLE)
