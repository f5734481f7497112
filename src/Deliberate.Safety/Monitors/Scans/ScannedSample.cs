using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A stored sample whose thought is to be read.</summary>
/// <param name="Source">The log or run that it is from, as the user named it.</param>
/// <param name="Id">Names it there.</param>
/// <param name="Group">What rates are told of one by one: a task and model, a third of a run's steps.</param>
/// <param name="Cluster">What hangs together: samples of one problem.</param>
/// <param name="Sample">What was asked, thought and answered.</param>
internal sealed record ScannedSample(string Source, string Id, string Group, string Cluster, Sample Sample)
{
    /// <summary>Of its record, which one log may hold beside those of other sources.</summary>
    public string Key => $"{Source}#{Id}";
}
