namespace Deliberate.Core;

/// <summary>
/// What colour, dash, marker and fill a series has. One thing keeps one tone through a whole report (before is slate, after is
/// blue, the control is orange, right is green), and no two tones differ by colour alone.
/// </summary>
internal enum ChartTone
{
    Blue = 1,
    Orange = 2,
    Green = 3,
    Purple = 4,
    Ochre = 5,
    Slate = 6,
}
