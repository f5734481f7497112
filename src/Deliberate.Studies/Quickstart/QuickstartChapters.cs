using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>
/// The one visible list of the quickstart's chapters, in the order in which they are run as far as their inputs allow: the longest last, so that
/// all else can be read while it runs. To add one: copy the nearest file in <c>Chapters</c>, change it, add its line here.
/// </summary>
internal static class QuickstartChapters
{
    public static IReadOnlyList<Chapter<QuickstartPlan>> All { get; } =
    [
        new ArithmeticChapter(),
        new EvaluationsChapter(),
        new ArithmeticDirectChapter(),
        new VerifiersChapter(),
        new PolicyWorldChapter(),
        new AttacksChapter(),
        new ReleaseChapter(),
        new CountdownChapter(),
    ];

    /// <summary>For help: each with what it is and how long it takes.</summary>
    public static string Described
    {
        get
        {
            var usual = new QuickstartPlan(QuickstartPlan.UsualMinutes, QuickstartPlan.UsualSeed, [], _ => "");
            return string.Join("; ", All.Select(c => $"{c.Name} ({c.About}, about {Quantity.Duration(TimeSpan.FromSeconds(c.Seconds(usual)))})"));
        }
    }
}
