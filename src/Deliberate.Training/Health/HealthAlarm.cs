namespace Deliberate.Training;

/// <summary>
/// One way in which learning goes wrong: when it is said to have happened, what it means and what to do. Each stands in a file of
/// its own. Alarms are functions of what the run has written so far, so that the report finds what the console told.
/// </summary>
/// <param name="Name">In recipes and on the console.</param>
/// <param name="Threshold">The default; what it bounds is said in the alarm's file.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Advice">What to do, the likeliest first.</param>
/// <param name="Check">What is seen, as half a sentence with its numbers; null while all is well or not enough is known.</param>
internal sealed record HealthAlarm(string Name, double Threshold, string Meaning, string Advice, Func<HealthTrace, double, string?> Check)
{
    /// <summary>The alarm rang: what is said to whoever watches.</summary>
    public string Tell(string seen) => $"ALARM {Name}: {seen}. {Meaning} {Advice}";
}
