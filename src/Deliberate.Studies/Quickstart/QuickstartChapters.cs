using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>The one visible list of the quickstart's chapters. To add one: copy the nearest file in <c>Chapters</c>, change it, add its line here.</summary>
internal static class QuickstartChapters
{
    public static IReadOnlyList<Chapter<QuickstartPlan>> All { get; } =
    [
        new ArithmeticChapter(),
        new ArithmeticDirectChapter(),
        new CountdownChapter(),
        new EvaluationsChapter(),
        new PolicyWorldChapter(),
        new VerifiersChapter(),
        new AttacksChapter(),
        new ReleaseChapter(),
    ];

    /// <summary>For help: each with what it is and how long it takes.</summary>
    public static string Described
    {
        get
        {
            var usual = new QuickstartPlan(QuickstartPlan.UsualMinutes, QuickstartPlan.UsualSeed, [], _ => "");
            return string.Join("; ", All.Select(c => $"{c.Name} ({c.About}, about {Quantity.Duration(TimeSpan.FromSeconds(c.Seconds(usual)))}{(c.IsUsual ? "" : ", only where it is named")})"));
        }
    }
}
