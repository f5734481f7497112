using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// Weights held for inference in one copy: whatever their storage, a product has the bits that a trainable weight of the same
/// (rounded) numbers gives, for any number of rows and any shares. <see cref="InstructionSetTests"/> runs this class again with
/// vector instructions switched off.
/// </summary>
public sealed class StoredWeightTests
{
    private const int Shapes = 25;

    [Theory]
    [InlineData(WeightStorage.F32)]
    [InlineData(WeightStorage.BF16)]
    [InlineData(WeightStorage.Q8_0)]
    public void Products_have_the_bits_of_a_trainable_weight_of_the_same_numbers(WeightStorage storage)
    {
        using var device = Device.Cpu(1);
        var cases = from rows in Gen.Choose(1, 30)
                    from outputs in Gen.Choose(1, 200)
                    from inputs in Gen.Choose(1, 300)
                    from shares in Gen.Choose(1, 3)
                    from extras in Gen.Choose(0, 3)
                    select new StoredCase(rows, outputs, inputs, shares, (extras & 1) != 0, (extras & 2) != 0);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var bench = new StoredBench(device, storage, drawn);
            bench.Product(bench.Stored).ShouldBeTheSame(bench.Product(bench.Trainable), $"{drawn}");
            bench.Embeddings(bench.Stored).ShouldBeTheSame(bench.Rounded, $"{drawn}");
            foreach (var add in new[] { false, true }) bench.BackwardProduct(bench.Stored, add).ShouldBeTheSame(bench.BackwardProduct(bench.Trainable, add), $"backward, {(add ? "added" : "alone")}, {drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        // Every number of rows that has a tile of its own, over whole panels and what is left beside them.
        for (var rows = 1; rows <= 27; rows++)
        {
            using var bench = new StoredBench(device, storage, new StoredCase(rows, 128 + 7, 90, 1 + (rows % 2), rows % 3 != 0, rows % 4 != 0));
            bench.Product(bench.Stored).ShouldBe(bench.Product(bench.Trainable), $"{rows} rows");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{storage}: {Shapes} shapes on {device.Name}, the same bits");
    }

    [Theory]
    [InlineData(WeightStorage.F32)]
    [InlineData(WeightStorage.BF16)]
    [InlineData(WeightStorage.Q8_0)]
    public void Products_of_many_rows_in_several_pieces_have_the_same_bits(WeightStorage storage)
    {
        using var device = Device.Cpu(1);
        foreach (var (rows, outputs, inputs) in new[] { (50, 1300, 70), (49, 90, 1300), (47, 700, 650) })
        {
            using var bench = new StoredBench(device, storage, new StoredCase(rows, outputs, inputs, 2, Bias: true, Residual: true));
            bench.Product(bench.Stored).ShouldBe(bench.Product(bench.Trainable));
            foreach (var add in new[] { false, true }) bench.BackwardProduct(bench.Stored, add).ShouldBe(bench.BackwardProduct(bench.Trainable, add));
        }
    }

    [Fact]
    public void Eight_bits_lose_at_most_half_a_step_of_a_block_and_nothing_of_what_came_quantised()
    {
        var random = new RandomStream(7, StreamStage.Test);
        Span<sbyte> first = stackalloc sbyte[EightBitBlocks.Length], second = stackalloc sbyte[EightBitBlocks.Length];
        Span<float> again = stackalloc float[EightBitBlocks.Length];
        for (var block = 0; block < 200; block++)
        {
            var numbers = new float[EightBitBlocks.Length];
            foreach (ref var value in numbers.AsSpan()) value = (float)(random.NextNormal() * Math.Pow(10, (block % 6) - 1));
            var scale = EightBitBlocks.Quantise(numbers, first);
            for (var i = 0; i < numbers.Length; i++)
            {
                again[i] = first[i] * (float)scale;
                // Half a step, and what rounding the scale to F16 (11 bits) adds over up to 127 steps.
                Math.Abs(again[i] - numbers[i]).ShouldBeLessThanOrEqualTo((float)scale * (0.5f + (127f / 2048)) + 1e-7f);
            }

            EightBitBlocks.Quantise(again, second).ShouldBe(scale);
            second.ToArray().ShouldBe(first.ToArray());
        }
    }

    private sealed record StoredCase(int Rows, int Outputs, int Inputs, int Shares, bool Bias, bool Residual);

    /// <summary>The same numbers in a stored weight and, rounded as its storage rounds them, in a trainable one.</summary>
    private sealed class StoredBench : IDisposable
    {
        private readonly Device _device;
        private readonly StoredCase _case;
        private readonly ParameterStore _storedParameters, _trainableParameters;
        private readonly Tensor _x, _y, _residual;
        private readonly Parameter _bias;

        public StoredBench(Device device, WeightStorage storage, StoredCase @case)
        {
            (_device, _case) = (device, @case);
            var random = new RandomStream(5, StreamStage.Test, problem: @case.Outputs, sample: @case.Inputs);
            var numbers = new float[@case.Outputs * @case.Inputs];
            foreach (ref var value in numbers.AsSpan()) value = (float)random.NextNormal();
            _storedParameters = new ParameterStore(device, storage);
            Stored = _storedParameters.AddLinear("w", blockMatrix: true, ("w", @case.Outputs, @case.Inputs));
            device.Kernels.PrepareStored(Stored);
            var outputs = device.Kernels.StoredOutputs;
            for (var panel = 0; panel * outputs < @case.Outputs; panel++)
                device.Kernels.PackStored(Stored, panel, numbers.AsSpan(panel * outputs * @case.Inputs, Math.Min(outputs, @case.Outputs - (panel * outputs)) * @case.Inputs));
            Rounded = [.. numbers.Chunk(@case.Inputs).SelectMany(row => Round(storage, row))];
            _trainableParameters = new ParameterStore(device);
            Trainable = _trainableParameters.AddLinear("w", blockMatrix: true, ("w", @case.Outputs, @case.Inputs));
            _bias = _trainableParameters.AddVector("b", @case.Outputs);
            _trainableParameters.Values.Write(Trainable.Parts[0].Offset, Rounded);
            device.Kernels.Prepare(Trainable, training: true);
            device.Kernels.Pack(Trainable, training: true, Share.Whole);
            (_x, _y, _residual) = (Fresh(@case.Inputs, random), Fresh(@case.Outputs, null), Fresh(@case.Outputs, random));
            var bias = new float[@case.Outputs];
            foreach (ref var value in bias.AsSpan()) value = (float)random.NextNormal();
            _trainableParameters.Values.Write(_bias.Offset, bias);
        }

        public LinearWeight Stored { get; }

        public LinearWeight Trainable { get; }

        public float[] Rounded { get; }

        public float[] Product(LinearWeight weight)
        {
            for (var share = 0; share < _case.Shares; share++)
                _device.Kernels.Linear(_x, weight, _case.Bias ? _bias : null, _case.Residual ? _residual : null, _y, new Rows(0, _case.Rows), new Share(share, _case.Shares));
            var result = new float[_case.Rows * _case.Outputs];
            for (var r = 0; r < _case.Rows; r++) _y.Value.Read((long)r * _y.Stride, result.AsSpan(r * _case.Outputs, _case.Outputs));
            _y.Value.Clear(0, _y.Value.Length);
            return result;
        }

        /// <summary>dx = dy·W, dy being the residual's numbers; added to x's own.</summary>
        public float[] BackwardProduct(LinearWeight weight, bool add)
        {
            using var dx = _device.Allocate(_x.Value.Length);
            _x.Value.CopyTo(dx);
            var (x, y) = (new Tensor(_x.Columns, _x.Value) { Gradient = dx }, new Tensor(_y.Columns, _y.Value) { Gradient = _residual.Value });
            for (var share = 0; share < _case.Shares; share++) _device.Kernels.LinearBackward(x, weight, y, 0, new Rows(0, _case.Rows), add, new Share(share, _case.Shares));
            var result = new float[_case.Rows * _case.Inputs];
            for (var r = 0; r < _case.Rows; r++) dx.Read((long)r * x.Stride, result.AsSpan(r * _case.Inputs, _case.Inputs));
            return result;
        }

        public unsafe float[] Embeddings(LinearWeight weight)
        {
            using var ids = _device.AllocateInts(1);
            using var row = _device.Allocate(Tensor.PaddedStride(_case.Inputs));
            var result = new float[_case.Outputs * _case.Inputs];
            for (var id = 0; id < _case.Outputs; id++)
            {
                ids.I32[0] = id;
                _device.Kernels.Embed(ids, weight, 1, new Tensor(_case.Inputs, row), new Rows(0, 1));
                row.Read(0, result.AsSpan(id * _case.Inputs, _case.Inputs));
            }

            return result;
        }

        public void Dispose()
        {
            _storedParameters.Dispose();
            _trainableParameters.Dispose();
            foreach (var tensor in new[] { _x, _y, _residual }) tensor.Value.Dispose();
        }

        private static IEnumerable<float> Round(WeightStorage storage, float[] row) => storage switch
        {
            WeightStorage.F32 => row,
            WeightStorage.BF16 => row.Select(x => (float)RoundToBits(x, 8)),
            _ => row.Chunk(32).SelectMany(Dequantised),
        };

        private static double RoundToBits(double x, int bits)
        {
            if (x == 0) return 0;
            var step = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs(x))) - bits + 1);
            return Math.Round(x / step, MidpointRounding.ToEven) * step;
        }

        private static float[] Dequantised(float[] block)
        {
            var bytes = new sbyte[block.Length];
            var scale = (float)EightBitBlocks.Quantise(block, bytes);
            return [.. bytes.Select(b => b * scale)];
        }

        private Tensor Fresh(int columns, RandomStream? random)
        {
            var tensor = new Tensor(columns, _device.Allocate((long)_case.Rows * Tensor.PaddedStride(columns)));
            if (random is not { } stream) return tensor;
            var row = new float[columns];
            for (var r = 0; r < _case.Rows; r++)
            {
                foreach (ref var value in row.AsSpan()) value = (float)stream.NextNormal();
                tensor.Value.Write((long)r * tensor.Stride, row);
            }

            return tensor;
        }
    }
}
