// Symbol visibility: everything is hidden unless marked CROQUIS_API.
#pragma once

#if defined(_WIN32) || !defined(__GNUC__)
#define CROQUIS_API
#else
#define CROQUIS_API __attribute__((visibility("default")))
#endif
