namespace Deliberate.Core;

/// <summary>One sample of a pair of prompts that differ in an intervention alone.</summary>
/// <param name="Instance">Which pair.</param>
/// <param name="Intervened">x: whether the prompt has the intervention (a hint, a threat); else it is the control.</param>
/// <param name="Outcome">y: whether the behaviour occurred that the intervention may cause.</param>
/// <param name="Flagged">z: whether a monitor of the thought says that it did.</param>
internal readonly record struct MonitoredRow(string Instance, bool Intervened, bool Outcome, bool Flagged);
