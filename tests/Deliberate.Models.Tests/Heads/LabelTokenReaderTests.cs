using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

public sealed class LabelTokenReaderTests : IDisposable
{
    private const int Positions = 40;

    private readonly Device _device = Device.Cpu(2);
    private readonly LanguageModel _model;

    public LabelTokenReaderTests() => _model = TinyModel.Make(_device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    /// <summary>A pass holds more tokens than there are positions.</summary>
    [Fact]
    public void A_text_longer_than_the_positions_is_refused_whatever_room_a_pass_has()
    {
        using var reader = new LabelTokenReader(_model, [3, 5], Positions);
        var longest = reader.Read([Text(Positions)]).Outputs[0][0];
        longest.ShouldAllBe(p => double.IsFinite(p) && p < 0);
        Should.Throw<UserError>(() => reader.Read([Text(10), Text(Positions + 1)])).Message.ShouldContain($"a text of {Positions + 1} tokens exceeds the {Positions} positions of the scorer.");
        reader.Read([Text(Positions)]).Outputs[0][0].ShouldBe(longest);
    }

    private static HeadText Text(int length) => new([.. Enumerable.Range(0, length).Select(i => i % TinyModel.Vocabulary)], [length - 1]);
}
