/* What Debian makes for each architecture: where Lua would look for libraries. */
#define DEB_HOST_MULTIARCH "none"
