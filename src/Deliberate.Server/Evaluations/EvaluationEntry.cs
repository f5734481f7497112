using Deliberate.Evaluation;

namespace Deliberate.Server;

/// <summary>A row of the list: a log, and what its result says.</summary>
/// <param name="Name">Its path below the folder, without its extension.</param>
/// <param name="Log">Its path.</param>
/// <param name="Title">Of the task.</param>
/// <param name="Model">Who was asked.</param>
/// <param name="Headline">The task's first figure; null of a log without a result.</param>
/// <param name="Samples">How many there are.</param>
/// <param name="Missing">Of how many of them nothing was found out.</param>
/// <param name="Written">When the log was last written to.</param>
/// <param name="Problem">Why it cannot be read; null where it can.</param>
internal sealed record EvaluationEntry(string Name, string Log, string Task, string Title, string Model, LoggedMeasure? Headline, int Samples, int Missing, DateTime Written, string? Problem)
{
    public string Url => EvaluationUrl.Of(Name);

    /// <summary>The folder it lies in, below the folder of all; empty of one that lies there itself.</summary>
    public string Folder => Name.LastIndexOf('/') is > 0 and var cut ? Name[..cut] : "";
}
