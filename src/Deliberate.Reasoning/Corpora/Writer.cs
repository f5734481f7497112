namespace Deliberate.Reasoning;

/// <summary>The kinds of writers whose worked solutions make a corpus.</summary>
public enum Writer
{
    /// <summary>Every step right, to the end.</summary>
    Careful,

    /// <summary>Knows how, but slips in some steps and goes on from the slip.</summary>
    SlipProne,

    /// <summary>Holds a misconception and applies it every time: what majority voting cannot repair.</summary>
    SystematicallyWrong,

    /// <summary>Makes no mistakes, but may stop after any step and guess.</summary>
    GivesUpEarly,
}
