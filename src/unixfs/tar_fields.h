// Where the fields of a USTAR header block lie, for who writes and who reads it.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
#pragma once

#include <cstddef>

namespace kit::unixfs::tar {

struct Field {
    size_t offset;
    size_t size;
};

inline constexpr Field name_field{0, 100};
inline constexpr Field mode_field{100, 8};
inline constexpr Field user_field{108, 8};
inline constexpr Field group_field{116, 8};
inline constexpr Field size_field{124, 12};
inline constexpr Field mtime_field{136, 12};
inline constexpr Field checksum_field{148, 8};
inline constexpr size_t type_offset = 156;
inline constexpr Field link_field{157, 100};
inline constexpr Field magic_field{257, 8};
inline constexpr Field device_major_field{329, 8};
inline constexpr Field device_minor_field{337, 8};
inline constexpr Field prefix_field{345, 155};

}  // namespace kit::unixfs::tar
