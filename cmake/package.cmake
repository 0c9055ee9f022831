# The Debian package: cmake --build --preset release --target package.  Where things go and what the maintainer scripts do
# is told in docs/packages.md.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME watchdxg-back)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "watchdxg-back maintainers <maintainers@users.noreply.b-seed-0ffc0a67.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The certificates of receivers of alerts are checked with the first; the programs of the others are called by the
# maintainer scripts.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS postgresql-client)  # of `backup` and `restore`
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql (>= 12)")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "JSON API and console over the data of watchdxg-core
Serves what watchdxg-core has collected about the followers of an account on
X to its operator: as a JSON API that is compatible with the original
watchdxg-back, and in a console for the browser that helps to judge users one
by one or in bulk.

The package runs it as a service of its own user, with a PostgreSQL on the
same machine or elsewhere.")

# Text that knows the version or the newest migration.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
list(SORT migrations)
list(GET migrations -1 WDX_NEWEST_MIGRATION)
get_filename_component(WDX_NEWEST_MIGRATION ${WDX_NEWEST_MIGRATION} NAME_WE)
string(TIMESTAMP WDX_CHANGELOG_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, if that is set
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(made ${PROJECT_BINARY_DIR}/package)
foreach(script preinst postinst)
  configure_file(${packaging}/debian/${script}.in ${made}/${script} @ONLY FILE_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endforeach()
configure_file(${packaging}/debian/changelog.in ${made}/changelog.Debian @ONLY)
file(WRITE ${made}/conffiles "/etc/watchdxg-back/config.toml\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${made}/preinst ${made}/postinst ${packaging}/debian/prerm
  ${packaging}/debian/postrm ${packaging}/debian/triggers ${made}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)

# What the program says about itself.
function(wdx_say file)
  add_custom_command(OUTPUT ${made}/${file} COMMAND watchdxg-back ${ARGN} > ${made}/${file} DEPENDS watchdxg-back VERBATIM)
endfunction()
wdx_say(watchdxg-back.1 man)
wdx_say(completion.bash completion bash)
wdx_say(completion.zsh completion zsh)
wdx_say(completion.fish completion fish)
wdx_say(config.toml config example)
set(said ${made}/watchdxg-back.1 ${made}/completion.bash ${made}/completion.zsh ${made}/completion.fish ${made}/config.toml)

# wdx_gzip(<name> <file>): package/<name>.gz, without a time in it, as Debian wants it.
function(wdx_gzip name file)
  add_custom_command(OUTPUT ${made}/${name}.gz COMMAND gzip -9nc ${file} > ${made}/${name}.gz DEPENDS ${file} VERBATIM)
endfunction()
wdx_gzip(watchdxg-back.1 ${made}/watchdxg-back.1)
wdx_gzip(changelog ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
wdx_gzip(changelog.Debian ${made}/changelog.Debian)
set(legal ${packaging}/debian/copyright ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE)
add_custom_command(OUTPUT ${made}/copyright COMMAND cat ${legal} > ${made}/copyright DEPENDS ${legal} VERBATIM)
add_custom_target(package_files ALL DEPENDS ${said} ${made}/watchdxg-back.1.gz ${made}/changelog.gz
  ${made}/changelog.Debian.gz ${made}/copyright)

install(TARGETS watchdxg-back DESTINATION usr/libexec/watchdxg-back)
install(PROGRAMS ${packaging}/watchdxg-back DESTINATION usr/bin)
install(FILES ${packaging}/config.toml DESTINATION etc/watchdxg-back)
install(FILES ${packaging}/systemd/watchdxg-back.service ${packaging}/systemd/watchdxg-back-backup.service
  ${packaging}/systemd/watchdxg-back-backup.timer DESTINATION lib/systemd/system)
install(FILES ${packaging}/systemd/watchdxg-back.sysusers DESTINATION usr/lib/sysusers.d RENAME watchdxg-back.conf)
install(FILES ${made}/watchdxg-back.1.gz DESTINATION usr/share/man/man1)
install(FILES ${made}/completion.bash DESTINATION usr/share/bash-completion/completions RENAME watchdxg-back)
install(FILES ${made}/completion.zsh DESTINATION usr/share/zsh/vendor-completions RENAME _watchdxg-back)
install(FILES ${made}/completion.fish DESTINATION usr/share/fish/vendor_completions.d RENAME watchdxg-back.fish)
install(FILES ${made}/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz DESTINATION usr/share/doc/watchdxg-back)
install(FILES ${packaging}/debian/lintian-overrides DESTINATION usr/share/lintian/overrides RENAME watchdxg-back)
install(FILES ${made}/config.toml ${packaging}/systemd/watchdxg-back.socket
  DESTINATION usr/share/doc/watchdxg-back/examples)

include(CPack)
