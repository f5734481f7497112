namespace Deliberate.Training;

/// <summary>An alarm that rang in a run.</summary>
/// <param name="Alarm">Which.</param>
/// <param name="Stage">Where.</param>
/// <param name="First">The first step that it rang in.</param>
/// <param name="Steps">In how many it did.</param>
/// <param name="Seen">What was seen in the last of them.</param>
internal sealed record RungAlarm(HealthAlarm Alarm, RunStage Stage, long First, int Steps, string Seen)
{
    /// <summary>In 12 steps of reinforcement, first in step 3.</summary>
    public string Where => $"in {(Steps == 1 ? "one step" : $"{Steps} steps")} of {RunWords.Stage(Stage)}, first in step {First}";
}
