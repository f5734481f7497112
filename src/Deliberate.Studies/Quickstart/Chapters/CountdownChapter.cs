namespace Deliberate.Studies;

/// <summary>A model that learns Countdown, a search: it learns to go on searching, with no reward for length.</summary>
internal sealed class CountdownChapter : TrainingChapter
{
    public override string Name => "countdown";

    public override string About => "Countdown, a search whose thoughts become longer";

    protected override double SecondsAStep => 0.059;

    protected override double UsualSeconds => 255;
}
