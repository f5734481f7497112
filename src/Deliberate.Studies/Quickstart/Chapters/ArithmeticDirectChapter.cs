namespace Deliberate.Studies;

/// <summary>The control: the same problems, optimizer steps and samples, answered without a thought. Alone it says nothing.</summary>
internal sealed class ArithmeticDirectChapter : TrainingChapter
{
    public override string Name => "arithmetic-direct";

    public override string About => "its control, which answers without thought";

    public override IReadOnlyList<string> Inputs => ["arithmetic"];

    protected override double SecondsAStep => 0.053;

    protected override double UsualSeconds => 45;
}
