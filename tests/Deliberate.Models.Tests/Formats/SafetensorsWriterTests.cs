namespace Deliberate.Models.Tests;

public sealed class SafetensorsWriterTests
{
    private static readonly TensorInfo[] Tensors = [new("z", StoredType.F32, [3, 2]), new("empty", StoredType.F32, [0, 7]), new("ä\"\n", StoredType.BF16, [5]), new("scalar", StoredType.F16, [])];

    [Fact]
    public void The_same_tensors_give_the_same_bytes_however_they_are_cut()
    {
        var values = new float[] { 1, 2, 3, 4, 5, 6, 1.5f, 2.5f, -1, 0, 7, 9 };
        var whole = Write(w => w.Append(values.AsSpan(0, 6)), w => w.Append(values.AsSpan(6, 5)), w => w.Append(values.AsSpan(11)));
        var pieces = Write([.. Enumerable.Range(0, 12).Select(i => (Action<SafetensorsWriter>)(w => w.Append(values.AsSpan(i, 1))))]);
        pieces.ShouldBe(whole);
        (BitConverter.ToInt64(whole) % 8).ShouldBe(0);

        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("x.safetensors", whole));
        file.Names.ShouldBe(Tensors.Select(t => t.Name));
        file.Metadata.ShouldBe([new("format", "pt")]);
        foreach (var tensor in Tensors) file.Info(tensor.Name).ShouldBe(tensor);
        var read = new float[6];
        file.Read("z", read);
        read.ShouldBe(values[..6]);
        file.Read("scalar", read.AsSpan(0, 1));
        read[0].ShouldBe(9);
    }

    [Fact]
    public void Too_many_too_few_and_repeated_are_mistakes_of_the_program()
    {
        Should.Throw<InvalidOperationException>(() => Write(w => w.Append(new float[7])));
        Should.Throw<InvalidOperationException>(() => Write(w => w.Append(new float[6])));
        Should.Throw<ArgumentException>(() => new SafetensorsWriter(Stream.Null, [Tensors[0], Tensors[0]]));
    }

    private static byte[] Write(params Action<SafetensorsWriter>[] steps)
    {
        using var stream = new MemoryStream();
        var writer = new SafetensorsWriter(stream, Tensors);
        foreach (var step in steps) step(writer);
        writer.Finish();
        return stream.ToArray();
    }
}
