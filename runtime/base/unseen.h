// Which characters change how a terminal, a page or a reader takes the text around them without being seen themselves. How
// they are shown instead is decided by whoever shows them. Pure.
#pragma once

#include <cstdint>

namespace synapsor {

// C0 and C1 controls (line ends and tabs among them), zero-width and bidirectional controls, line and paragraph separators,
// fillers, interlinear marks, tags. Variation selectors that pick a form of what is seen are not among them.
// Source: Unicode 15, Default_Ignorable_Code_Point and Bidi_Control of DerivedCoreProperties.txt and PropList.txt.
bool IsUnseen(std::uint32_t code_point);

}  // namespace synapsor
