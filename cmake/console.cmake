# What the program shows in a browser, compiled in: the console (console/src, built by Vite) and the page at /api/docs/.
# npm runs only when the lock file has changed, Vite only when a source has.  The packages' own scripts are not run.
set(console ${PROJECT_SOURCE_DIR}/console)
set(console_packages ${console}/node_modules/.package-lock.json)
set(swagger ${console}/node_modules/swagger-ui-dist)
set(docs_package_files ${swagger}/swagger-ui-bundle.js ${swagger}/swagger-ui-bundle.js.LICENSE.txt ${swagger}/swagger-ui.css
    ${swagger}/favicon-32x32.png)

find_program(NPM npm)
find_program(NODE node)
if(NOT NPM OR NOT NODE)
  message(FATAL_ERROR "Node or npm is missing: scripts/setup installs them; the preset no-console builds without them")
endif()
add_custom_command(
  OUTPUT ${console_packages} ${docs_package_files}
  COMMAND ${NPM} ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${console_packages} ${docs_package_files}
  WORKING_DIRECTORY ${console}
  DEPENDS ${console}/package-lock.json
  COMMENT "Installing the packages of console/"
  VERBATIM)

file(GLOB docs_files CONFIGURE_DEPENDS ${console}/docs/*)
wdx_embed(wdx_api_pages docs ${docs_files} ${docs_package_files})

file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${console}/src/*)
set(console_site ${PROJECT_BINARY_DIR}/console)
set(console_stamp ${PROJECT_BINARY_DIR}/console.stamp)
add_custom_command(
  OUTPUT ${console_stamp}
  COMMAND ${CMAKE_COMMAND} -E env CONSOLE_OUT=${console_site}
          ${NODE} ${console}/node_modules/vite/bin/vite.js build --logLevel warn
  COMMAND ${CMAKE_COMMAND} -E touch ${console_stamp}
  WORKING_DIRECTORY ${console}
  DEPENDS ${console_sources} ${console_packages} ${console}/index.html ${console}/vite.config.ts
  COMMENT "Building the console"
  VERBATIM)
wdx_embed_folder(wdx_api_pages console ${console_site} ${console_stamp})
target_compile_definitions(wdx_api_pages PRIVATE WDX_CONSOLE)
