# Compiles Sluice for Windows, with what installer/windows/deps has built: preset windows.
include(${CMAKE_CURRENT_LIST_DIR}/compiler.cmake)

# What installer/windows/deps has built, unless somebody says where else it is.
if(NOT DEFINED SLUICE_WINDOWS_PREFIX AND DEFINED ENV{SLUICE_WINDOWS_PREFIX})
  set(SLUICE_WINDOWS_PREFIX $ENV{SLUICE_WINDOWS_PREFIX})
endif()
if(NOT DEFINED SLUICE_WINDOWS_PREFIX)
  execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/deps --prefix OUTPUT_VARIABLE SLUICE_WINDOWS_PREFIX
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
set(SLUICE_WINDOWS_PREFIX ${SLUICE_WINDOWS_PREFIX} CACHE STRING "What Sluice needs from others, built for Windows: directories")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SLUICE_WINDOWS_PREFIX)
set(CMAKE_FIND_ROOT_PATH ${SLUICE_WINDOWS_PREFIX})
set(CMAKE_PREFIX_PATH ${SLUICE_WINDOWS_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Pages of a program that lie in its file as they lie in memory can be shared by its processes: Wine copies the others for each.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--file-alignment,4096")
# Of a template's function that several files define, the linker keeps one. gcc 12 for Windows counts on the registers that the copy it
# has compiled itself leaves alone: another one does not.
string(APPEND CMAKE_CXX_FLAGS_INIT " -fno-ipa-ra")
# ctest runs programs under it.
find_program(SLUICE_WINE NAMES wine64 wine PATHS /usr/lib/wine)
if(SLUICE_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SLUICE_WINE})
endif()
list(GET SLUICE_WINDOWS_PREFIX 0 libraries)
# Those that are headers alone are found by nobody: they are where a compiler looks by itself.
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${libraries}/include)
set(ENV{PKG_CONFIG_LIBDIR} ${libraries}/lib/pkgconfig)
set(PKG_CONFIG_ARGN --static)
set(OPENSSL_USE_STATIC_LIBS TRUE)
# The programs that Qt builds with are this system's own.
set(QT_HOST_PATH /usr CACHE PATH "")
set(QT_HOST_PATH_CMAKE_DIR /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake CACHE PATH "")
