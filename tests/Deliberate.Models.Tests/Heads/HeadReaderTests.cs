using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

public sealed class HeadReaderTests : IDisposable
{
    private const int Positions = 200;

    private readonly Device _device = Device.Cpu(2);
    private readonly LanguageModel _model;

    public HeadReaderTests()
    {
        using var plain = TinyModel.Make(_device);
        _model = TinyModel.Make(_device, plain.Configuration with { OutputHead = new OutputHead(HeadUnit.Token, 2) });
    }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void A_read_that_fails_keeps_no_pages_and_the_next_says_what_it_said_before()
    {
        // Fewer tokens a pass than a text has, and no beginnings kept: what is in use is in use by a call.
        using var reader = new HeadReader(_model, Positions, tokens: 64, pages: 0);
        HeadText[] texts = [Text(150), Text(30)];
        var before = reader.Read(texts).Outputs;
        reader.LivePages.ShouldBe(0);
        Should.Throw<UserError>(() => reader.Read([.. texts, Text(Positions + 1)])).Message.ShouldContain($"exceeds the {Positions} positions");
        reader.LivePages.ShouldBe(0);
        Should.Throw<OperationCanceledException>(() => reader.Read(texts, new CancellationToken(canceled: true)));
        reader.LivePages.ShouldBe(0);
        var after = reader.Read(texts).Outputs;
        for (var i = 0; i < texts.Length; i++) after[i].ShouldBe(before[i]);
    }

    private static HeadText Text(int length) => new([.. Enumerable.Range(0, length).Select(i => i % TinyModel.Vocabulary)], [length / 2, length - 1]);
}
