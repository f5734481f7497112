namespace Deliberate.Studies;

/// <summary>A model that learns nested arithmetic in a chain of thought: from writers good and bad it picks the good way of working.</summary>
internal sealed class ArithmeticChapter : TrainingChapter
{
    public override string Name => "arithmetic";

    public override string About => "nested arithmetic, in a chain of thought";

    protected override double SecondsAStep => 0.109;

    protected override double UsualSeconds => 95;
}
