namespace Deliberate.Training;

/// <summary>Whether something is done, which may be left to a rule. A run's own recipe says what the rule came to.</summary>
internal enum AutoSwitch
{
    /// <summary>As the rule has it.</summary>
    Auto,
    On,
    Off,
}
